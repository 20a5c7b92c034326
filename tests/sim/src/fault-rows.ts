/**
 * The faults that a device, its clock and network, the concurrency, the integrity, the intake and the authoriser are
 * expected to meet, by their number in the fault list, and the counters that show each. A run that meets none of a
 * fault's counters says so.
 */
export const faultRows: readonly FaultRow[] = [
  row(1, 'a crash before the write is durable', 'disk.crash_torn', 'disk.in_flight_lost'),
  row(2, 'a crash after it, before the answer', 'disk.crash_after_durable', 'disk.in_flight_landed'),
  row(3, 'a crash between the card and the store', 'device.crash_at_step'),
  row(4, 'a crash between sending, answer and mark', 'net.answer_lost', 'device.killed'),
  row(5, 'a crash while it recovers', 'device.crash_in_recovery'),
  row(6, 'a power cut', 'disk.crash_torn'),
  row(8, 'a corrupt record in the middle', 'disk.bit_flipped_in_header', 'disk.bit_flipped_in_hash'),
  row(9, 'a commit that answers with an error', 'disk.commit_failed', 'disk.commit_failed_applied'),
  row(10, 'a full disk at a sale', 'disk.full', 'disk.reserve_in_use'),
  row(11, 'a full disk while marking', 'disk.full_while_marking'),
  row(22, 'a frozen tab', 'device.frozen'),
  row(26, 'a device that is lost', 'device.dead_for_good', 'device.queue_carried'),
  row(27, 'a device restored from a copy', 'device.restored'),
  row(28, 'a cloned device', 'device.cloned'),
  row(30, 'a wall clock that jumps', 'device.clock_jump', 'device.clock_set_back'),
  row(31, 'a clock that is wrong at boot', 'device.clock_wrong_at_boot'),
  row(32, 'a clock set back', 'device.clock_set_back'),
  row(33, 'a clock that is put right', 'device.clock_corrected'),
  row(34, 'a zone that moves', 'device.zone_moved'),
  row(35, 'a monotonic clock that stops in sleep', 'device.slept'),
  row(36, 'a lost request or answer', 'net.request_lost', 'net.answer_lost'),
  row(37, 'a duplicate', 'net.duplicated'),
  row(38, 'requests that overtake each other', 'net.reordered'),
  row(39, 'a 5xx', 'net.server_error'),
  row(40, 'a 429', 'net.overloaded'),
  row(41, 'a 401 or 403', 'net.misled_401', 'net.misled_403'),
  row(42, 'one bad item in a batch', 'state.batch_partly_parked'),
  row(43, 'an endpoint that is gone', 'net.misled_404', 'net.misled_410'),
  row(44, 'a 413', 'net.misled_413'),
  row(45, 'a brown-out', 'net.slow'),
  row(46, 'a captive portal', 'net.captive'),
  row(47, 'a redirect', 'net.misled_302'),
  row(48, 'no name is found', 'net.down'),
  row(50, 'a link that flaps', 'outage.flapping'),
  row(52, 'a reset in mid-upload', 'net.reset'),
  row(53, 'a batch with both verdicts', 'state.batch_partly_parked'),
  row(55, 'a carrier that dies with others’ items', 'device.queue_carried'),
  row(56, 'two tabs on one queue', 'device.second_tab'),
  row(57, 'a frozen holder of the lock', 'device.frozen_beside_a_tab'),
  row(58, 'two tabs that append at once', 'device.second_tab'),
  row(59, 'two sales at the limit', 'refused.offline_stored_total_above_limit'),
  row(60, 'an online answer to a stored sale', 'state.late_answer_adopted'),
  row(61, 'a double tap', 'cashier.double_tap'),
  row(62, 'an amount edited in the store', 'disk.amount_edited'),
  row(64, 'a record with another signature or link', 'disk.bit_flipped_in_signature'),
  row(65, 'a replay of a signed record', 'net.duplicated'),
  row(66, 'a statement under another key', 'net.forged'),
  row(67, 'a rotated gateway key', 'keys.signing_rotated', 'keys.sealing_rotated'),
  row(70, 'a swapped reader', 'reader.changed', 'reader.changed_and_never_allowed'),
  row(73, 'one card many times', 'refused.offline_card_count_above_limit'),
  row(74, 'a queue beyond the lease', 'refused.offline_stored_count_above_limit'),
  row(75, 'a decline when it is forwarded', 'state.declined_when_forwarded'),
  row(76, 'an upload window that ends', 'state.expired'),
  row(77, 'a refund before it is forwarded', 'follow_up.refund_was_void'),
  row(78, 'a void with an unknown outcome', 'state.approval_of_void_reversed'),
  row(79, 'a capture before it is forwarded', 'follow_up.capture'),
  row(82, 'a tip afterwards', 'follow_up.tip'),
  row(83, 'an approval of a part', 'acquirer.part_approved', 'state.part_approved'),
  row(91, 'a crash between asking and commit', 'gateway.crash_at_step'),
  row(92, 'an acquirer that is silent', 'acquirer.answer_dropped', 'state.unanswered_reversed'),
  row(93, 'a database that loses its last commits', 'gateway.restored'),
  row(94, 'an old owner that comes back', 'gateway.frozen', 'state.link_taken_over'),
  row(95, 'a database restored from a backup', 'gateway.restored'),
  row(96, 'an item that cannot be taken', 'state.damaged_record_set_apart'),
]

/** Of the same kinds, and not of this world: shown by tests of their own on real browsers, sockets and databases. */
export const rowsElsewhere = [7, 12, 13, 14, 15, 16, 17, 49, 51, 54, 63, 68, 69, 71, 72, 80, 105] as const

interface FaultRow {
  readonly row: number
  readonly what: string
  /** Each of them must be met. */
  readonly counters: readonly string[]
}

function row(number: number, what: string, ...counters: readonly string[]): FaultRow {
  return { row: number, what, counters }
}

/** The rows that a run has not met, each with what is missing of it. */
export function rowsNotMet(counts: ReadonlyMap<string, number>): readonly string[] {
  return faultRows.flatMap(({ row: number, what, counters }) => {
    const missing = counters.filter((name) => (counts.get(name) ?? 0) === 0)
    return missing.length === 0 ? [] : [`${number} ${what} (${missing.join(', ')})`]
  })
}
