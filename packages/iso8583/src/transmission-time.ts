const MS_PER_DAY = 86_400_000

/** DE7: MMDDhhmmss in UTC. Written out because this package has no clock and so no Date. */
export function transmissionTime(atMs: number): string {
  const day = Math.floor(atMs / MS_PER_DAY)
  const second = Math.floor((atMs - day * MS_PER_DAY) / 1000)
  const { month, dayOfMonth } = civilDate(day)
  const parts = [month, dayOfMonth, Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join('')
}

/** Gregorian month and day of a day count from 1970-01-01. Years begin in March, so a leap day comes last. */
function civilDate(daysSinceEpoch: number): { month: number; dayOfMonth: number } {
  const days = daysSinceEpoch + 719_468
  const dayOfEra = days - Math.floor(days / 146_097) * 146_097
  const leapCorrected =
    dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor(leapCorrected / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  return {
    month: marchMonth < 10 ? marchMonth + 3 : marchMonth - 9,
    dayOfMonth: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}
