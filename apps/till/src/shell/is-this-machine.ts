/** An address that means another machine wherever it is opened: a telephone cannot reach this one by it (RFC 6761 §6.3, RFC 1122 §3.2.1.3). */
export function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url)
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d+){3}$/.test(hostname)
  )
}
