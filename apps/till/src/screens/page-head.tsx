import { ChevronLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTill } from '../messages/index.ts'
import { fragmentOf, type Route } from '../shell/router.ts'

export function PageHead({
  title,
  back = null,
}: {
  readonly title: string
  readonly back?: ReactNode
}): ReactNode {
  return (
    <header className="page__head">
      {back}
      <h1>{title}</h1>
    </header>
  )
}

export function BackLink({ to }: { readonly to: Route }): ReactNode {
  const t = useTill()
  return (
    <a className="page__back" href={fragmentOf(to)} aria-label={t('nav.back')}>
      <ChevronLeft aria-hidden size={26} />
    </a>
  )
}
