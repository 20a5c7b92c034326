import type { World } from './world.ts'

/**
 * After the drain, of each record whose bytes were damaged: it is with the gateway as it was written, or its till says
 * of it by name that it is not. It is never gone, and a sale that was taken back stays taken back.
 */
export function judgeDamage({ watch, damages, database, counters }: World): void {
  for (const { device, seq, hash, kind, paymentId, part } of damages) {
    const { records, payments, values } = device.disk.image()
    const { device: deviceId } = JSON.parse(values.get('enrolment') ?? '{}') as { device: string }
    const isSound = database.records.get(`${deviceId}/${hash}`)?.parkedCode === null
    counters.sometimes('state.damaged_record_set_apart', !isSound)
    const lost = (what: string): void =>
      watch.breach(
        'what is damaged is set apart and named',
        `${device.name}: record ${seq} (${kind}, its ${part}): ${what}`,
        paymentId ?? undefined,
      )
    const row = records.get(seq)
    if (isSound) continue
    if (row === undefined) lost('is gone')
    else if (row.verdict?.verdict !== 'parked') lost(`is not named: ${row.verdict?.verdict}`)
    if (paymentId === null) continue
    const payment = payments.get(paymentId)
    const stored = kind === 'payment.accepted' && payment !== undefined && 'offlineKind' in payment
    if (stored && payment.state !== 'FAILED_TO_UPLOAD') lost(`and its payment is ${payment.state}`)
    const there = [...database.payments.values()].find(({ story }) => story.paymentId === paymentId)
    if (kind === 'payment.voided' && there !== undefined && there.story.word.said !== 'voided')
      lost('and the gateway never hears of the void')
  }
}

/** Sales that were in hand at a till which broke down for good: nobody ends them, and nothing of them may be held. */
export function orphanedPayments({ devices }: World): ReadonlySet<string> {
  const broken = devices.filter((device) => device.isBroken())
  const payments = broken.flatMap(({ disk }) => [...disk.image().payments.values()])
  return new Set(payments.flatMap(({ paymentId, state }) => (state === 'OPEN' ? [paymentId] : [])))
}

/** Payments whose acceptance was damaged: their till shows them as what they are, and the issuer is not asked. */
export function damagedPayments({ damages }: World): ReadonlySet<string> {
  const found = damages.flatMap(({ kind, paymentId }) =>
    kind === 'payment.accepted' ? [paymentId ?? ''] : [],
  )
  return new Set(found)
}
