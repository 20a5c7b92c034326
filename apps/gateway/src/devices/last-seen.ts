/** A device in contact takes a new lease each minute; silent for so long it counts as away. */
export const SEEN_WITHIN_MS = 180_000
