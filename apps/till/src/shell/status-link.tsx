import type { ReactNode } from 'react'
import { useTill } from '../messages/index.ts'
import { isThisMachine } from './is-this-machine.ts'
import { QrCode } from './qr-code.tsx'
import { useRoom } from './till-context.tsx'

/**
 * The gateway's public page about itself, for a telephone with a network of its own: its address to read, and to point a
 * camera at (SQ3).
 */
export function StatusLink(): ReactNode {
  const t = useTill()
  const { config } = useRoom()
  const url = `${config.gatewayUrl}/status`
  return (
    <>
      <p>
        {t('service_notice.more')}{' '}
        <a className="status-link" href={url} target="_blank" rel="noopener noreferrer">
          {url}
        </a>
      </p>
      {isThisMachine(url) ? null : <QrCode text={url} label={t('service_notice.code', { url })} />}
    </>
  )
}
