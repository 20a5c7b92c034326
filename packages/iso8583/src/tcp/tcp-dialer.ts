import { connect } from 'node:net'

import type { Dialer } from '../link-ports.ts'
import type { Framing } from '../profile.ts'
import { socketConnection } from './socket-connection.ts'

export function tcpDialer({
  host,
  port,
  framing,
}: {
  readonly host: string
  readonly port: number
  readonly framing: Framing
}): Dialer {
  return {
    dial(signal) {
      return new Promise((resolve, reject) => {
        const socket = connect({ host, port })
        const giveUp = (): void => {
          socket.destroy()
          reject(new Error('connecting was given up'))
        }
        socket.once('error', reject)
        signal.addEventListener('abort', giveUp, { once: true })
        socket.once('connect', () => {
          signal.removeEventListener('abort', giveUp)
          socket.off('error', reject)
          socket.setKeepAlive(true, 10_000)
          resolve(socketConnection(socket, framing))
        })
      })
    },
  }
}
