/** Uploads that one process works on at once, at most and to begin with. */
export const UPLOADS_MAX = 8
export const UPLOADS_AT_FIRST = 2
/** How many may wait for a place, and how long: enough that a place is never empty while somebody comes. */
export const WAITING_MAX = 16
export const WAITING_MS_MAX = 1_000
/** A live request beside uploads may take this many times what the slow ones take alone. */
export const LIVE_SLOWDOWN_MAX = 2
/** Less than that is noise of the machine, whatever it is alone. */
export const LIVE_FLOOR_MS = 20
/** The bound while too little is known of live requests alone: nobody at a till notices it. */
export const LIVE_UNKNOWN_MS = 100
/** Live requests in good time, for each piece at once, that allow one more: so the slow ones stay few. */
export const GOODS_PER_PIECE = 12
/** One cut must show its effect before the next. */
export const CUT_PAUSE_MS = 250
/** Nobody has asked anything live for so long: uploads may have more. */
export const QUIET_MS = 2_000
export const GROW_PAUSE_MS = 250
/**
 * The longest pause between two uploads, where even one at a time is too much for the live ones: about twice what an
 * upload takes. A machine that is uneven by itself must not starve a drain.
 */
export const UPLOAD_GAP_MS_MAX = 200
export const GAP_MS_MIN = 10
export const RETRY_AFTER_MS_MIN = 1_000
export const RETRY_AFTER_MS_MAX = 60_000
