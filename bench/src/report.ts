import type { Machine } from './measure/machine.ts'

export type Cell = string | number | null

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** What one lane has to say: figures for people, and the same figures as measured. */
export interface LaneReport {
  readonly lane: string
  readonly tables: readonly Table[]
  /** What a reader must know to read the figures, failures of a row among them. */
  readonly notes: readonly string[]
  readonly data: unknown
}

export interface Report {
  readonly machine: Machine
  readonly quick: boolean
  readonly scale: number
  readonly startedAt: string
  readonly tookMs: number
  readonly lanes: readonly (LaneReport & { readonly tookMs: number })[]
}

export function renderLane({ lane, tables, notes }: LaneReport): string {
  const parts = tables.map(renderTable)
  return [`== ${lane} ==`, ...parts, ...notes.map((note) => `* ${note}`), ''].join('\n')
}

/** First column to the left, figures to the right. */
function renderTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(textOf))]
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  const [head = [], ...body] = cells
  return ['', title, line(head), rule, ...body.map(line), ''].join('\n')
}

function textOf(cell: Cell): string {
  if (cell === null) return '–'
  return typeof cell === 'number' ? numberText(cell) : cell
}

/** Three figures are more than a shared machine can promise. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (value === 0 || Number.isInteger(value)) return value.toLocaleString('en').replaceAll(',', ' ')
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  return value
    .toLocaleString('en', { maximumFractionDigits: Math.max(0, 2 - magnitude) })
    .replaceAll(',', ' ')
}
