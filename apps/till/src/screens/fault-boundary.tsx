import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button, EmptyState } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'

interface FaultBoundaryProps {
  readonly onAgain: () => void
  readonly children: ReactNode
}

/** A screen that breaks must not be a blank one: payments are in the journal, and whoever stands there is told so. */
export class FaultBoundary extends Component<FaultBoundaryProps, { readonly isBroken: boolean }> {
  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true }
  }

  override state = { isBroken: false }

  override render(): ReactNode {
    return this.state.isBroken ? <FaultPage onAgain={this.props.onAgain} /> : this.props.children
  }
}

function FaultPage({ onAgain }: { readonly onAgain: () => void }): ReactNode {
  const t = useTill()
  return (
    <main className="start" role="alert">
      <EmptyState icon={<TriangleAlert aria-hidden size={44} />} title={t('fault.title')}>
        <p>{t('fault.body')}</p>
        <Button variant="primary" large onPress={onAgain}>
          {t('fault.again')}
        </Button>
      </EmptyState>
    </main>
  )
}
