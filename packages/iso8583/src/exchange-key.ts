import { answerMti, type Iso8583Message } from './message.ts'

/** The key under which the answer to `message` will arrive; undefined when nothing answers such a message. */
export function requestKey(message: Iso8583Message): string | undefined {
  const mti = answerMti(message.mti)
  return mti === undefined ? undefined : matchKey({ mti, fields: message.fields })
}

/** An answer belongs to the request with the same class of MTI, terminal, STAN, local time and RRN. */
export function matchKey({ mti, fields }: Iso8583Message): string {
  return [mti, fields[41], fields[11], fields[13], fields[12], fields[37], fields[70]].join('|')
}
