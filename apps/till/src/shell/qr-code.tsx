import { encodeQR } from 'qr'
import { type ReactNode, useMemo } from 'react'

/** ISO/IEC 18004 §9.1: as many modules around it stay light. */
const QUIET_ZONE_MODULES = 4

/** A text for a telephone's camera; black on white also in the dark, for not every camera reads the other way round. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const { path, modules } = useMemo(() => drawingOf(text), [text])
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${modules} ${modules}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={modules} height={modules} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

/** One unit square for each dark module. */
function drawingOf(text: string): { readonly path: string; readonly modules: number } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE_MODULES })
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { path: dark.join(''), modules: rows.length }
}
