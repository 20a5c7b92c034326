/** The key out of `Bearer key` or `Basic base64(key:)`; null when there is none. */
export function readApiKey(authorization: string | undefined): string | null {
  const [scheme = '', credential = ''] = (authorization ?? '').trim().split(/\s+/, 2)
  if (scheme.toLowerCase() === 'bearer') return credential === '' ? null : credential
  if (scheme.toLowerCase() !== 'basic') return null
  const user = Buffer.from(credential, 'base64').toString('utf8').split(':', 1)[0] ?? ''
  return user === '' ? null : user
}
