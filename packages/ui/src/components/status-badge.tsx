import type { ReactNode } from 'react'
import type { Tone } from './banner.tsx'

export interface StatusBadgeProps {
  readonly tone: Tone | 'quiet'
  /** The shape says it again for those who do not see the colour. */
  readonly icon: ReactNode
  readonly children: ReactNode
}

export function StatusBadge({ tone, icon, children }: StatusBadgeProps): ReactNode {
  return (
    <span className={`hf-badge hf-badge--${tone}`}>
      {icon}
      {children}
    </span>
  )
}
