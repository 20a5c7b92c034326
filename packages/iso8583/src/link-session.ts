import { decode, type Decoded, encode } from './codec.ts'
import { checkMac, encodeWithMac, type MacFunction } from './message-mac.ts'
import type { Iso8583Message } from './message.ts'
import type { WireProfile } from './profile.ts'

/** The keys of a link whose profile asks for MACs. */
export type LinkMac = {
  /** Signs the sign-on and the key change, and everything where keys are not changed. */
  readonly base: MacFunction
  /** Given: each connection begins with a key change. Undefined from it: the key is not what it says. */
  readonly unwrap?: (wrappedKey: string) => MacFunction | undefined
}

type Received =
  | { readonly ok: true; readonly message: Iso8583Message }
  | { readonly ok: false; readonly why: 'malformed_message' | 'mac_wrong' }

/** Bytes and messages of one connection, under the MAC keys that are agreed on it. */
export class LinkSession {
  readonly #profile: WireProfile
  #current: MacFunction | undefined
  /** What the peer sent before it saw the key change still arrives under the key before. */
  #previous: MacFunction | undefined

  constructor(profile: WireProfile, base: MacFunction | undefined) {
    if ((profile.mac === 'required') !== (base !== undefined)) {
      throw new Error(`profile ${profile.name}: MAC ${profile.mac}, key ${base ? 'given' : 'not given'}`)
    }
    this.#profile = profile
    this.#current = base
  }

  changeKey(next: MacFunction): void {
    this.#previous = this.#current
    this.#current = next
  }

  /** @throws EncodeError */
  write(message: Iso8583Message): Uint8Array {
    return this.#current === undefined
      ? encode(this.#profile, message)
      : encodeWithMac(this.#profile, message, this.#current)
  }

  read(bytes: Uint8Array): Received {
    const decoded: Decoded = decode(this.#profile, bytes)
    if (!decoded.ok) return { ok: false, why: 'malformed_message' }
    const { message } = decoded
    if (this.#current === undefined) return { ok: true, message }
    for (const mac of [this.#current, this.#previous]) {
      if (mac === undefined || checkMac(this.#profile, message, bytes, mac) !== 'right') continue
      // Bytes keep their order: whoever has begun with the new key never goes back.
      if (mac === this.#current) this.#previous = undefined
      const { 64: _first, 128: _second, ...fields } = message.fields
      return { ok: true, message: { mti: message.mti, fields } }
    }
    return { ok: false, why: 'mac_wrong' }
  }
}
