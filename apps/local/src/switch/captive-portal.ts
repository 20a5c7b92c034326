import type { Socket } from 'node:net'

/** Enough for any request head; a body that follows is of no interest. */
const HEAD_BYTES_MAX = 65_536

/** A hotel's Wi-Fi: whatever is asked of whomever, the answer is a login page with status 200. */
export function answerAsCaptivePortal(client: Socket): void {
  let head = ''
  client.on('error', () => client.destroy())
  client.on('data', (bytes: Buffer) => {
    head += bytes.toString('latin1')
    const isHttp = /^[A-Z]{1,7} /.test(head)
    // Anything else (TLS, say) meets a portal that cannot speak it.
    if (!isHttp || head.length > HEAD_BYTES_MAX) return void client.resetAndDestroy()
    if (head.includes('\r\n\r\n')) client.end(answer)
  })
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Welcome to Grand Hotel Wi-Fi</title>
<h1>Welcome to Grand Hotel Wi-Fi</h1>
<form method="post"><label>Room number <input name="room"></label> <button>Connect</button></form>
</html>
`

const answer = [
  'HTTP/1.1 200 OK',
  'content-type: text/html; charset=utf-8',
  `content-length: ${Buffer.byteLength(page)}`,
  'cache-control: no-store',
  'connection: close',
  '',
  page,
].join('\r\n')
