import type { Currency } from './money.ts'

/**
 * The most that one payment may be offline under any lease: about 10,000 US dollars, rounded, in the currency's minor
 * unit (TM10). Fixed here and not by a rate of the day: a device must know it without asking anybody.
 */
export const OFFLINE_AMOUNT_MAX_MINOR: Readonly<Record<Currency, number>> = {
  aud: 1_500_000,
  cad: 1_400_000,
  chf: 900_000,
  czk: 23_000_000,
  dkk: 7_000_000,
  eur: 950_000,
  gbp: 800_000,
  hkd: 7_800_000,
  huf: 360_000_000,
  jpy: 1_500_000,
  kwd: 3_000_000,
  mxn: 18_000_000,
  nok: 10_500_000,
  nzd: 1_700_000,
  pln: 4_000_000,
  ron: 4_700_000,
  sek: 10_500_000,
  sgd: 1_350_000,
  usd: 1_000_000,
}
