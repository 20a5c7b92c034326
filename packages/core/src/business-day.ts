const DAY_MS = 86_400_000

/**
 * The start, in UTC, of the first day after `fromMs` on which euro payments settle: neither a weekend nor a holiday of
 * TARGET (ECB: 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December).
 */
export function nextBusinessDayMs(fromMs: number): number {
  let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS
  do dayMs += DAY_MS
  while (!isBusinessDay(dayMs))
  return dayMs
}

function isBusinessDay(dayMs: number): boolean {
  const weekday = (Math.floor(dayMs / DAY_MS) + THURSDAY) % 7
  if (weekday === 0 || weekday === 6) return false
  const year = yearOf(dayMs)
  if (FIXED_HOLIDAYS.some(([month, day]) => dayMs === dateMs(year, month, day))) return false
  const easter = easterMs(year)
  return dayMs !== easter - 2 * DAY_MS && dayMs !== easter + DAY_MS
}

/** Of 1 January 1970, Sunday being 0. */
const THURSDAY = 4

const FIXED_HOLIDAYS = [
  [1, 1],
  [5, 1],
  [12, 25],
  [12, 26],
] as const

/** Gregorian Easter Sunday (Meeus, Jones and Butcher). */
function easterMs(year: number): number {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const leapCenturies = Math.floor(century / 4)
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + century - leapCenturies - correction + 15) % 30
  const leapYears = Math.floor(inCentury / 4)
  const weekday = (32 + 2 * (century % 4) + 2 * leapYears - epact - (inCentury % 4)) % 7
  const shift = Math.floor((golden + 11 * epact + 22 * weekday) / 451)
  const sum = epact + weekday - 7 * shift + 114
  return dateMs(year, Math.floor(sum / 31), (sum % 31) + 1)
}

/** Days from civil (Howard Hinnant): the core has no calendar of its own. */
function dateMs(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * DAY_MS
}

function yearOf(dayMs: number): number {
  const guess = 1970 + Math.floor(dayMs / DAY_MS / 365.2425)
  if (dayMs < dateMs(guess, 1, 1)) return guess - 1
  return dayMs >= dateMs(guess + 1, 1, 1) ? guess + 1 : guess
}
