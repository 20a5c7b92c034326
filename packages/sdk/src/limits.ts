/** Every bound of the SDK, with its reason. Times are milliseconds. */

/** An attempt that is not acknowledged in this time counts as unreachable (P4: two seconds with one confirming ping). */
export const ATTEMPT_ACK_TIMEOUT_MS = 1_000
/** One turn of waiting for the issuer; short, so that a link that dies in silence is noticed between two turns. */
export const ATTEMPT_POLL_WAIT_MS = 3_000
export const ATTEMPT_POLL_TIMEOUT_MS = 4_000
export const ATTEMPT_POLL_PAUSE_MS = 300
/** So many turns in a row without a word: the answer is lost. */
export const ATTEMPT_POLLS_LOST_MAX = 3
/** Whatever timer the acquirer's profile states, a customer does not wait longer. */
export const ATTEMPT_TIMER_MAX_MS = 60_000

/** A refused compare-and-set is rebuilt so often before the caller is told `journal_busy`. */
export const APPEND_TRIES_MAX = 16
/** From so many conflicts on a random pause comes before the next try, at first short. */
export const CONFLICTS_AT_ONCE = 3
export const CONFLICT_PAUSE_MAX_MS = 100
/** Header of `sale.opened`: what an accepted payment with its sealed block takes, so it is also the full-disk check. */
export const FULL_RECORD_BYTES = 4_096
export const PAD_BYTES_MAX = 8_192
export const DANGLING_SALES_PER_COMMIT = 50
/** A till has one sale in hand, or a few parked ones; the rest waits for the next start. */
export const DANGLING_SALES_MAX = 1_000

export const RECORDS_TIMEOUT_MS = 15_000
/** Records looked at in one read while the forwarder searches for what has no verdict. */
export const FORWARD_SCAN_RECORDS = 200
/** Records read with each mark, to see how far the verdicts have no gap. */
export const MARK_SCAN_RECORDS = 60
/** Verdicts kept in memory while the disk takes no marks; beyond it forwarding waits for the disk. */
export const UNSAVED_VERDICTS_MAX = 20_000
/** So many whole-batch failures of a gateway that answers, and the first record is tried apart from the others. */
export const SUSPECT_AFTER_FAILURES = 4
/** When so many in a row fail too, it is the gateway and not the records. */
export const SUSPECTS_UNPROVEN_MAX = 8
export const SUSPECT_RETRY_MS = 60_000
/** So often, a minute apart, a place that cannot be read is tried before it counts as lost: a medium may only have hiccups. */
export const UNREADABLE_TRIES_MAX = 5

export const FEED_WAIT_MS = 20_000
/** Soon after a restore of the gateway it waits for this device to have told everything again. */
export const FEED_UNSYNCED_WAIT_MS = 1_000
export const FEED_TIMEOUT_MS = 25_000
/** A feed that answers at once with nothing is not asked again sooner. */
export const FEED_PAUSE_MS = 1_000
export const FEED_ITEMS_PER_COMMIT = 100

export const BACKOFF_BASE_MS = 500
export const BACKOFF_MAX_MS = 60_000
export const RETRY_AFTER_MIN_MS = 1_000
export const RETRY_AFTER_MAX_MS = 900_000
/** A gateway that has others first and does not say for how long. */
export const REST_MS = 5_000

/** A round of two pings ends within it. A line of 400 ms each way still answers in time. */
export const PING_TIMEOUT_MS = 1_000
/** A signed time that was under way for longer is not the time any more; with room for a busy machine. */
export const PING_STALE_MS = 10_000
/** A ping that is silent so long gets a second one beside it. */
export const PING_HEDGE_MS = 400
/** Between a ping that failed and the second one, and at first between two good signs of a link that comes back. */
export const PING_CONFIRM_PAUSE_MS = 250
export const PING_CONFIRM_PAUSE_MAX_MS = 8_000
export const PING_SECOND_MIN_MS = 300
/** While somebody sells. With `PING_TIMEOUT_MS` below two seconds, with room for a busy machine (P4). */
export const PING_PERIOD_SELLING_MS = 700
/** So long after the last sale was begun somebody still sells. */
export const SELLING_FOR_MS = 900_000
/** In sight and without a sale for a while; the next sale asks at once. */
export const PING_PERIOD_IDLE_MS = 5_000
/** Out of sight, and the longest that a device offline waits then. */
export const PING_PERIOD_BACKGROUND_MS = 15_000
/** Offline: doubled with each failure. */
export const PING_PERIOD_OFFLINE_MS = 1_000
export const PING_PERIOD_OFFLINE_MAX_MS = 10_000
/** Good signs that bring an offline device back; one more for each time that it fell soon after. */
export const PINGS_TO_RETURN = 2
/** A link that stays so long after its return has not flapped. */
export const STEADY_MS = 60_000
/** With it, the way back takes 40 s of good signs. */
export const FLAPS_COUNTED_MAX = 5
/** Pings out of their turn (a call failed, a sale began, the platform gave a hint): at once, and then one each so long. */
export const PROBES_OUT_OF_TURN_MAX = 5
export const PROBES_OUT_OF_TURN_REFILL_MS = 2_000
export const REACHABILITY_TIMEOUT_MS = 1_000
/** The independent targets belong to others: a round of them at most so often. */
export const ELSEWHERE_PAUSE_MS = 1_000
/** While online the journal is told of the gateway's time so often, not at each ping. */
export const CONTACT_PERIOD_MS = 5_000
/** A contact is written down so often; in between the clock runs on by itself. */
export const CONTACT_PERSIST_PERIOD_MS = 60_000
/** A clock that is further off than this is set right at once. */
export const CONTACT_DRIFT_MS = 2_000

/** The lease counts at most 100 uses of a card. */
export const CARD_USES_READ_MAX = 100
/** Payments looked at for "same card, same amount, minutes ago" (MC2). */
export const RECENT_SALES_READ_MAX = 200
export const RECENT_SALE_MS = 10 * 60_000
/** Payments that are closed as expired in one commit. */
export const EXPIRED_PER_COMMIT = 50

export const ENROLMENT_TIMEOUT_MS = 15_000
export const NAME_LENGTH_MAX = 200
export const LIST_LIMIT_DEFAULT = 50
export const LIST_LIMIT_MAX = 500

const DAY_MS = 86_400_000
/** A reader whose own software is older is not connected offline (TM2). */
export const READER_SOFTWARE_AGE_MAX_MS = 30 * DAY_MS
/** A device sees a handful of readers; the newest are kept. */
export const KNOWN_READERS_MAX = 50
export const IDEMPOTENCY_KEY_LENGTH_MAX = 64
/** Records looked at in search of the payment that has waited longest; beyond it the deadline is not known. */
export const DEADLINE_SCAN_RECORDS = 1_000
export const DEADLINE_READ_RECORDS = 50

/** Records and payments read at once where a damaged head row is built again. */
export const HEAD_REBUILD_PAGE = 500
/** Records looked at per commit while pruning; a pass ends when one of them must stay. */
export const PRUNE_RECORDS = 100
export const PRUNE_PERIOD_MS = 600_000
/** What the gateway holds for good is still shown for a day. */
export const KEEP_DURABLE_MS = 24 * 3_600_000
/** Without a durable word of the gateway, what was settled is kept so long (DESIGN §3.9). */
export const KEEP_SETTLED_MS = 7 * 24 * 3_600_000

export const IMPORT_RECORDS_PER_COMMIT = 200
/** So many failures in a row, and the records of another device are sent one by one. */
export const CARRY_RETRY_ALONE_AFTER = 3

/** Orders of online channels that a device keeps, with those that are over; open ones are kept whatever their number. */
export const ORDERS_KEPT_MAX = 300
