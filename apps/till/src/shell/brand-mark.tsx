import type { ReactNode } from 'react'

/** A holdfast: the root by which kelp keeps its place in any weather. */
export function BrandMark({ size = 28 }: { readonly size?: number }): ReactNode {
  return (
    <svg className="brand-mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" />
      <path d="M16 5.5v12M16 17.5c0 4-4.5 3-4.5 8.5M16 17.5c0 4 4.5 3 4.5 8.5M16 14.5c0 5-9 3.5-9.5 9M16 14.5c0 5 9 3.5 9.5 9" />
    </svg>
  )
}
