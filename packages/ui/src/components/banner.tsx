import type { ReactNode } from 'react'

export type Tone = 'good' | 'wait' | 'bad' | 'stop'

export interface BannerProps {
  readonly tone: Tone
  readonly title: string
  readonly icon: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** `alert` interrupts a screen reader; keep it for what the person must know at once. */
  readonly role?: 'status' | 'alert' | 'note'
  readonly testId?: string
}

export function Banner({
  tone,
  title,
  icon,
  children,
  actions,
  role = 'status',
  testId,
}: BannerProps): ReactNode {
  return (
    <div className={`hf-banner hf-banner--${tone}`} role={role} data-testid={testId}>
      {icon}
      <div>
        <p className="hf-banner__title">{title}</p>
        {children === undefined ? null : <div className="hf-banner__body">{children}</div>}
        {actions === undefined ? null : <div className="hf-banner__actions">{actions}</div>}
      </div>
    </div>
  )
}
