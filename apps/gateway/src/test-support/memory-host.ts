import {
  buildNetworkAnswer,
  type Connection,
  type Dialer,
  type HostProfile,
  type Iso8583Message,
  LinkSession,
  type MacFunction,
  parseNetworkRequest,
} from '@holdfast/iso8583'

/** An acquirer at the other end of an in-memory connection; what it is asked is kept, what it says is the test's. */
export interface MemoryHost {
  readonly dialer: Dialer
  readonly asked: Iso8583Message[]
  say(message: Iso8583Message): void
}

export function createMemoryHost(host: HostProfile, mac?: MacFunction): MemoryHost {
  const asked: Iso8583Message[] = []
  let session = new LinkSession(host.wire, mac)
  let receive: (bytes: Uint8Array) => void = () => {}

  function take(bytes: Uint8Array): void {
    const read = session.read(bytes)
    if (!read.ok) throw new Error(read.why)
    const network = parseNetworkRequest(read.message)
    if (network.ok) say(buildNetworkAnswer({ ...network.value, responseCode: '00' }))
    else asked.push(read.message)
  }

  function say(message: Iso8583Message): void {
    receive(session.write(message))
  }

  return {
    asked,
    say,
    dialer: {
      dial() {
        session = new LinkSession(host.wire, mac)
        const connection: Connection = {
          send: take,
          onMessage: (listener) => void (receive = listener),
          onClose: () => {},
          close: () => {},
        }
        return Promise.resolve(connection)
      },
    },
  }
}
