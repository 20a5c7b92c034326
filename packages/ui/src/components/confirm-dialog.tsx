import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslate } from '../language/language-provider.tsx'
import { Button } from './button.tsx'

export interface ConfirmDialogProps {
  readonly open: boolean
  readonly title: string
  readonly children: ReactNode
  /** Names the deed ("Void payment"), never "OK". */
  readonly confirmLabel: string
  readonly danger?: boolean
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly onCancel: () => void
}

/** Asks before what cannot be taken back. Escape and the way back have the first focus; the deed needs a choice. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactNode {
  const { open, title, children, confirmLabel, danger = false, busy = false, onConfirm, onCancel } = props
  const t = useTranslate()
  return (
    <ModalOverlay
      className="hf-scrim"
      isOpen={open}
      isKeyboardDismissDisabled={busy}
      onOpenChange={(isOpen) => {
        if (!isOpen && !busy) onCancel()
      }}
    >
      <Modal className="hf-modal">
        <Dialog role="alertdialog" className="hf-dialog">
          <Heading slot="title" className="hf-dialog__heading">
            {title}
          </Heading>
          <div className="hf-dialog__body">{children}</div>
          <div className="hf-dialog__actions">
            <Button variant={danger ? 'danger' : 'primary'} large isDisabled={busy} onPress={onConfirm}>
              {confirmLabel}
            </Button>
            <Button large autoFocus isDisabled={busy} onPress={onCancel}>
              {t('dialog.back')}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
