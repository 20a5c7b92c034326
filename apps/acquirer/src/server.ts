import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

import {
  type Connection,
  decode,
  encode,
  frame,
  type Iso8583Message,
  type WireProfile,
} from '@holdfast/iso8583'
import { socketConnection } from '@holdfast/iso8583/tcp'

import type { Host, HostReply } from './host.ts'
import type { Journal } from './journal.ts'

export type ServerDeps = {
  readonly host: Host
  readonly journal: Journal
  readonly profile: WireProfile
  /** 0 takes any free port. */
  readonly port: number
  readonly log: (event: string, facts?: Readonly<Record<string, unknown>>) => void
  /** The journal cannot be written any more: nothing may be answered from now on. */
  readonly onJournalFailure: (error: unknown) => void
}

export type AcquirerServer = { readonly port: number; close(): Promise<void> }

/** ISO 8583 over TCP on 127.0.0.1. Answers leave after their journal lines are on disk, whoever asked first. */
export async function startServer(deps: ServerDeps): Promise<AcquirerServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serve(deps, socket)
  })
  server.listen(deps.port, '127.0.0.1')
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

function serve(deps: ServerDeps, socket: Socket): void {
  const { host, journal, profile, log } = deps
  const connection = socketConnection(socket, profile.framing)
  const delayed = new Set<NodeJS.Timeout>()
  let signedOn = false

  connection.onClose(() => {
    for (const timer of delayed) clearTimeout(timer)
    log('disconnected')
  })
  connection.onMessage((bytes) => {
    const decoded = decode(profile, bytes)
    if (!decoded.ok) {
      const { code, field, offset } = decoded
      log('malformed_message', { code, field, offset })
      return connection.close()
    }
    const { message } = decoded
    if (!signedOn && message.fields[70] !== '001') {
      log('not_signed_on', { mti: message.mti })
      return connection.close()
    }
    signedOn = true
    const reply = host.handle(message)
    logExchange(log, message, reply)
    journal.durable().then(
      () => deliver(reply),
      (error: unknown) => deps.onJournalFailure(error),
    )
  })

  const deliver = (reply: HostReply): void => {
    if (reply.kind === 'silence') return
    if (reply.kind === 'cut') return cut(socket, frame(profile.framing, encode(profile, reply.message)))
    if (reply.delayMs === 0) return say(connection, profile, reply)
    const timer = setTimeout(() => {
      delayed.delete(timer)
      say(connection, profile, reply)
    }, reply.delayMs)
    delayed.add(timer)
  }
}

function say(connection: Connection, profile: WireProfile, reply: HostReply & { kind: 'answer' }): void {
  const bytes = encode(profile, reply.message)
  for (let copy = 0; copy < reply.copies; copy += 1) connection.send(bytes)
}

/** Half of the answer reaches the peer, then the end of the connection. */
function cut(socket: Socket, framed: Uint8Array): void {
  socket.end(framed.subarray(0, framed.length >> 1), () => socket.destroy())
}

/** Ids and codes only: a message is never logged, it holds the card. */
function logExchange(log: ServerDeps['log'], { mti, fields }: Iso8583Message, reply: HostReply): void {
  const { 11: stan, 37: rrn, 41: terminal, 70: code } = fields
  const outcome =
    reply.kind === 'silence'
      ? { why: reply.why }
      : { responseCode: reply.message.fields[39], kind: reply.kind }
  log('exchange', { mti, stan, rrn, terminal: terminal?.trimEnd(), code, ...outcome })
}
