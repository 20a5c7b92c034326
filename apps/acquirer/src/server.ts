import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

import {
  frame,
  type Iso8583Message,
  LinkSession,
  type MacFunction,
  type WireProfile,
} from '@holdfast/iso8583'
import { socketConnection } from '@holdfast/iso8583/tcp'

import type { HostReply } from './delivery.ts'
import type { Host } from './host.ts'
import type { Journal } from './journal.ts'

export type ServerDeps = {
  readonly host: Host
  readonly journal: Journal
  readonly profile: WireProfile
  /** Given exactly when the profile has MACs. */
  readonly mac?: ServerMac
  /** 0 takes any free port. */
  readonly port: number
  readonly log: (event: string, facts?: Readonly<Record<string, unknown>>) => void
  /** The journal cannot be written any more: nothing may be answered from now on. */
  readonly onJournalFailure: (error: unknown) => void
}

export type ServerMac = {
  readonly base: MacFunction
  /** For each key change that is asked. */
  readonly newKey: () => { readonly wrappedKey: string; readonly mac: MacFunction }
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
  const session = new LinkSession(profile, deps.mac?.base)
  const delayed = new Set<NodeJS.Timeout>()
  let signedOn = false

  connection.onClose(() => {
    for (const timer of delayed) clearTimeout(timer)
    log('disconnected')
  })
  connection.onMessage((bytes) => {
    const read = session.read(bytes)
    if (!read.ok) {
      log(read.why)
      return connection.close()
    }
    const { message } = read
    const code = message.fields[70]
    if (!signedOn && code !== SIGN_ON) {
      log('not_signed_on', { mti: message.mti })
      return connection.close()
    }
    signedOn = code !== SIGN_OFF
    const reply = host.handle(message)
    logExchange(log, message, reply)
    journal.durable().then(
      () => deliver(reply),
      (error: unknown) => deps.onJournalFailure(error),
    )
  })

  const deliver = (reply: HostReply): void => {
    if (reply.kind === 'silence') return
    if (reply.kind === 'cut') return cut(socket, frame(profile.framing, session.write(reply.message)), reply)
    if (reply.delayMs === 0) return say(reply)
    const timer = setTimeout(() => {
      delayed.delete(timer)
      say(reply)
    }, reply.delayMs)
    delayed.add(timer)
  }

  const say = (reply: HostReply & { kind: 'answer' }): void => {
    for (const late of reply.late ?? []) connection.send(session.write(late))
    const { message } = reply
    const isKeyChange = message.mti === '0810' && message.fields[70] === KEY_CHANGE
    const next = isKeyChange && message.fields[39] === '00' ? deps.mac?.newKey() : undefined
    const { wrappedKey } = next ?? {}
    const fields = { ...message.fields, ...(wrappedKey === undefined ? {} : { 48: wrappedKey }) }
    const bytes = damaged(session.write({ mti: message.mti, fields }), profile, reply.damage)
    for (let copy = 0; copy < reply.copies; copy += 1) connection.send(bytes)
    // The answer itself still goes under the key that its request came under.
    if (next !== undefined) session.changeKey(next.mac)
  }
}

const SIGN_ON = '001'
const SIGN_OFF = '002'
const KEY_CHANGE = '101'

function damaged(
  bytes: Uint8Array,
  profile: WireProfile,
  damage: (HostReply & { kind: 'answer' })['damage'],
): Uint8Array {
  if (damage === undefined) return bytes
  if (damage === 'garbage') return new Uint8Array(24).fill(0xff)
  const wrong = bytes.slice()
  const last = wrong.length - 1
  // Another MAC in the same spelling: a raw byte, or a hexadecimal digit.
  const was = wrong[last] ?? 0
  wrong[last] = profile.binary === 'raw' ? was ^ 1 : was === 0x30 ? 0x31 : 0x30
  return wrong
}

/** A part of the answer reaches the peer, half of it where nothing is said, then the end of the connection. */
function cut(socket: Socket, framed: Uint8Array, { afterBytes }: { readonly afterBytes?: number }): void {
  socket.end(framed.subarray(0, afterBytes ?? framed.length >> 1), () => socket.destroy())
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
