import type { ReactNode } from 'react'
import { useTill } from '../messages/index.ts'
import { useRoom } from './till-context.tsx'

/** The gateway's public page about itself. Its address is written out: it is read from here and opened on a telephone (SQ3). */
export function StatusLink(): ReactNode {
  const t = useTill()
  const { config } = useRoom()
  const url = `${config.gatewayUrl}/status`
  return (
    <p>
      {t('service_notice.more')}{' '}
      <a className="status-link" href={url} target="_blank" rel="noopener noreferrer">
        {url}
      </a>
    </p>
  )
}
