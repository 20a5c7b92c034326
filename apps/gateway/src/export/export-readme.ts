import { nouns } from './export-nouns.ts'
import type { ExportedAccount } from './exported-account.ts'

/** What lies in the folder, for whoever opens it without us. */
export function renderExportReadme(accounts: readonly ExportedAccount[], nowMs: number): string {
  const list = nouns.map(({ file, holds }) => `| \`${file}.ndjson\` | ${holds} |`)
  const counts = accounts.map(({ account, name, rows }) => {
    const files = [...rows].map(([file, count]) => `${file} ${count}`)
    return `- **${name.replaceAll('\n', ' ')}** (folder \`${account}\`): ${files.join(', ')}`
  })
  return `# Export from Holdfast

All files are of one moment: ${new Date(nowMs).toISOString()}.

${counts.join('\n')}

## Files of each account

| file | holds |
|---|---|
| \`payments.csv\` | one row per payment, for a spreadsheet (UTF-8, comma, RFC 4180) |
${list.join('\n')}

\`.ndjson\` is one JSON object per line, UTF-8.

## Amounts, times, states

- \`amountMinor\` and \`amount_minor\` are whole numbers of the currency's smallest unit; \`currencyExponent\` says how many
  digits stand behind the decimal point (1234 EUR with exponent 2 is 12.34 EUR). \`amount\` in the CSV has the point set.
- \`approvedMinor\` and \`approved\` are what the issuer said yes to: less than the amount where it approved a part, nothing where
  it declined or has not answered.
- Times are ISO 8601 in UTC. \`openedUtcOffsetMinutes\` is how far the clock on the wall stood from it.
- \`mode\` is \`test\` or \`live\`; only \`live\` is money.
- \`status\`: \`succeeded\` (authorised and captured), \`requires_capture\` (authorised), \`processing\` (stored or being
  asked, nothing is certain yet), \`declined\`, \`canceled\`, \`requires_payment_method\` (no card was taken).
- A payment has one attempt for each time that an issuer was to be asked; the CSV shows the one that counts.
- A text in the CSV that a spreadsheet would take for a formula has an apostrophe in front.

## What is not in here

No card numbers, no track data, no PINs, no secret keys: cards are brand and last four digits. Card data that is still
needed is sealed, stays in the gateway, and moves only with a backup.

## Checking

\`sha256\` in \`records.ndjson\` is the SHA-256 of \`header\` as bytes; \`signature\` is the Ed25519 signature of the device, whose
public keys are in \`devices.ndjson\`. So a copy of these files proves itself.
`
}
