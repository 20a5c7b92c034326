import type { ReactNode } from 'react'

export interface EmptyStateProps {
  readonly icon: ReactNode
  readonly title: string
  readonly children?: ReactNode
}

export function EmptyState({ icon, title, children }: EmptyStateProps): ReactNode {
  return (
    <div className="hf-empty">
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  )
}
