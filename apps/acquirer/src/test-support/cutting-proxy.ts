import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Direction = 'to_host' | 'to_link'

export type CuttingProxy = {
  readonly port: number
  /** From now on, so many more bytes (one at least) go that way; then both ends of the connection are broken. */
  cutAfter(direction: Direction, bytes: number): void
  /** Bytes that went that way since the last `cutAfter` or the start. */
  passed(direction: Direction): number
  close(): Promise<void>
}

/** A wire between a link and a host that breaks at any byte. One cut, then it is whole again. */
export async function cuttingProxy(hostPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  const passed: Record<Direction, number> = { to_host: 0, to_link: 0 }
  let cut: { direction: Direction; left: number } | undefined
  const server = createServer((near) => {
    const far = connect(hostPort, '127.0.0.1')
    const both = [near, far]
    const breakBoth = (): void => both.forEach((socket) => socket.destroy())
    for (const socket of both) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', breakBoth)
      socket.on('close', () => {
        sockets.delete(socket)
        breakBoth()
      })
    }
    const pass = (to: Socket, direction: Direction) => (chunk: Buffer) => {
      if (cut?.direction !== direction) {
        passed[direction] += chunk.length
        to.write(chunk)
        return
      }
      const part = chunk.subarray(0, cut.left)
      passed[direction] += part.length
      cut.left -= part.length
      if (cut.left > 0) {
        to.write(part)
        return
      }
      cut = undefined
      // What was let through arrives before the end does.
      to.end(part, breakBoth)
    }
    near.on('data', pass(far, 'to_host'))
    far.on('data', pass(near, 'to_link'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    cutAfter(direction, bytes) {
      passed[direction] = 0
      cut = { direction, left: bytes }
    },
    passed: (direction) => passed[direction],
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
