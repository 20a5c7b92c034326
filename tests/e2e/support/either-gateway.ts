import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line in front of several gateways: each new connection goes to one of them by turns, past those that refuse. */
export interface EitherGateway {
  readonly port: number
  close(): Promise<void>
}

export async function openEitherGateway(ports: readonly number[]): Promise<EitherGateway> {
  const sockets = new Set<Socket>()
  let turn = 0
  const server = createServer((near) => {
    turn += 1
    keep(sockets, near)
    const order = ports.map((_, at) => ports[(turn + at) % ports.length] ?? 0)
    void forward(near, order, sockets)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Listening on an IP port, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo
  return {
    port,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

async function forward(near: Socket, ports: readonly number[], sockets: Set<Socket>): Promise<void> {
  for (const port of ports) {
    const far = connect(port, '127.0.0.1')
    keep(sockets, far)
    if (!(await isOpen(far))) continue
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    near.pipe(far)
    far.pipe(near)
    return
  }
  near.destroy()
}

function isOpen(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('close', () => resolve(false))
  })
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
}
