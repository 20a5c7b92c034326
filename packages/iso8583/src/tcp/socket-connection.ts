import type { Socket } from 'node:net'

import { Deframer, frame } from '../framing.ts'
import type { Connection } from '../link-ports.ts'
import type { Framing } from '../profile.ts'

/** A connected socket as a connection. A frame that cannot be one closes it; a cut frame ends with it. */
export function socketConnection(socket: Socket, framing: Framing): Connection {
  let closed = false
  const closeListeners: (() => void)[] = []
  socket.setNoDelay(true)
  // The 'close' event follows and says all there is to say; without a listener the process would die.
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
    for (const listener of closeListeners) listener()
  })

  return {
    send(message) {
      if (closed || socket.destroyed) return
      socket.write(frame(framing, message))
    },
    backlogBytes: () => socket.writableLength,
    // Reading starts here: without a 'data' listener the socket keeps what has arrived.
    onMessage(receive) {
      const deframer = new Deframer(framing)
      socket.on('data', (chunk) => {
        const { messages, refusal } = deframer.push(chunk)
        for (const message of messages) {
          if (socket.destroyed) return
          receive(message)
        }
        if (refusal !== undefined) socket.destroy()
      })
    },
    onClose(listener) {
      if (closed) listener()
      else closeListeners.push(listener)
    },
    close() {
      socket.destroy()
    },
  }
}
