import { createServer } from 'node:http'

/** What the client and HTTP alone take: every request is read to its end and answered with the same kilobyte. */
const id = `pi_${'0'.repeat(24)}`
const body = JSON.stringify({ id, object: 'payment_intent', filler: 'x'.repeat(1_000) })
const server = createServer((request, response) => {
  request.resume().once('end', () => response.setHeader('content-type', 'application/json').end(body))
})
server.listen(Number(process.argv[2]), '127.0.0.1')
