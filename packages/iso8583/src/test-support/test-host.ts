import { buildAuthorisationAnswer, buildAuthorisationRequest } from '../authorisation-request.ts'
import type { Connection, Dialer } from '../link-ports.ts'
import { LinkSession } from '../link-session.ts'
import type { MacFunction } from '../message-mac.ts'
import type { Iso8583Message } from '../message.ts'
import { buildNetworkAnswer, parseNetworkRequest } from '../network-management.ts'
import { bcdBinary1987 } from '../profiles/bcd-binary-1987.ts'
import { sampleRequest } from './sample-messages.ts'

/** A host at the other end of an in-memory connection; each test says how it behaves. */
export class TestHost implements Dialer {
  reachable = true
  answersNetwork: (code: string) => string | undefined = () => '00'
  /** Called with what is no network message. */
  answers: (message: Iso8583Message) => Iso8583Message | undefined = () => undefined
  keyChange: () => { wrappedKey: string; mac: MacFunction } | undefined = () => undefined
  session: LinkSession
  backlogBytes = 0
  readonly #newSession: () => LinkSession
  readonly received: Iso8583Message[] = []
  dials = 0
  sendThrows = false
  connection: { receive: (bytes: Uint8Array) => void; closed: () => void; open: boolean } | undefined

  async dial(): Promise<Connection> {
    this.dials += 1
    if (!this.reachable) throw new Error('refused')
    const end: NonNullable<TestHost['connection']> = { receive: () => {}, closed: () => {}, open: true }
    this.connection = end
    this.session = this.#newSession()
    return {
      send: (bytes) => {
        if (this.sendThrows) throw new Error('EPIPE')
        this.#take(bytes)
      },
      backlogBytes: () => this.backlogBytes,
      onMessage: (receive) => {
        end.receive = receive
      },
      onClose: (closed) => {
        end.closed = closed
      },
      close: () => {
        end.open = false
      },
    }
  }

  constructor(session: () => LinkSession = () => new LinkSession(bcdBinary1987, undefined)) {
    this.#newSession = session
    this.session = session()
  }

  say(message: Iso8583Message): void {
    this.connection?.receive(this.session.write(message))
  }

  #take(bytes: Uint8Array): void {
    const read = this.session.read(bytes)
    if (!read.ok) throw new Error(read.why)
    this.received.push(read.message)
    const network = parseNetworkRequest(read.message)
    if (!network.ok) {
      const reply = this.answers(read.message)
      if (reply !== undefined) this.say(reply)
      return
    }
    const { code } = network.value
    const responseCode = this.answersNetwork(code)
    if (responseCode === undefined) return
    const key = code === '101' ? this.keyChange() : undefined
    const wrapped = key === undefined ? {} : { wrappedKey: key.wrappedKey }
    this.say(buildNetworkAnswer({ ...network.value, responseCode, ...wrapped }))
    if (key !== undefined) this.session.changeKey(key.mac)
  }
}

export const request = (changes: Parameters<typeof sampleRequest>[0] = {}) =>
  buildAuthorisationRequest(bcdBinary1987, sampleRequest(changes))

export const answer = (changes: Partial<Parameters<typeof buildAuthorisationAnswer>[0]> = {}) =>
  buildAuthorisationAnswer({
    stan: '000042',
    rrn: 'R00000000042',
    terminalId: 'T1',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
    responseCode: '00',
    approvalCode: 'A1B2C3',
    amountMinor: 1_250,
    ...changes,
  })
