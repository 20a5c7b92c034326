import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { acquirerContract } from './acquirer-contract.ts'
import { jsonRequest } from '../process/json-request.ts'
import type { PortPlan } from './port-plan.ts'
import type { Program } from '../process/supervised-process.ts'

/** Everything of the stack listens here and nowhere else. */
export const HOST = '127.0.0.1'

/** The simulated acquirer. */
export function acquirerProgram(home: string, ports: PortPlan): Program {
  return {
    name: 'acquirer',
    script: appScript('acquirer/src/main.ts'),
    environment: () =>
      Promise.resolve({
        ...acquirerContract(home, process.env),
        HOLDFAST_ACQUIRER_DATA: path.join(home, 'acquirer'),
        HOLDFAST_ACQUIRER_PORT: String(ports.acquirer),
        HOLDFAST_ACQUIRER_CONTROL_PORT: String(ports.acquirerControl),
      }),
    isReady: () => answersOk(`http://${HOST}:${ports.acquirerControl}/healthz`),
  }
}

/** `acquirerPort` is that of the lab's switch before the acquirer. */
export function gatewayProgram(home: string, ports: PortPlan, acquirerPort: number): Program {
  return {
    name: 'gateway',
    script: appScript('gateway/src/main.ts'),
    environment: () =>
      Promise.resolve({
        ...acquirerContract(home, process.env),
        HOLDFAST_GATEWAY_PORT: String(ports.gateway),
        HOLDFAST_HOME: home,
        HOLDFAST_ACQUIRER_HOST: HOST,
        HOLDFAST_ACQUIRER_PORT: String(acquirerPort),
        HOLDFAST_ACQUIRER_FILES_URL: `http://${HOST}:${ports.acquirerControl}`,
        HOLDFAST_ACQUIRER_FILES_EVERY_MS: '1000',
        HOLDFAST_DEMO: '1',
        // What is developed against this stack runs on this machine too.
        HOLDFAST_WEBHOOKS_PRIVATE: 'allow',
        HOLDFAST_SMTP_URL: `smtp://${HOST}:${ports.smtp}`,
        HOLDFAST_MAIL_FROM: 'holdfast@cafe.example',
      }),
    isReady: () => answersOk(`http://${HOST}:${ports.gateway}/readyz`),
  }
}

/** Builds its page first when the sources have changed. */
export function tillProgram(ports: PortPlan): Program {
  return {
    name: 'till',
    script: appScript('till/src/server-main.ts'),
    environment: () =>
      Promise.resolve({
        HOLDFAST_TILL_PORT: String(ports.tillServer),
        HOLDFAST_TILL_GATEWAY_URL: `http://localhost:${ports.shop}`,
        // Behind the same internet and not the gateway.
        HOLDFAST_TILL_REACHABILITY: `http://localhost:${ports.till}/healthz`,
        HOLDFAST_TILL_DEVICE_CODES: `http://${HOST}:${ports.lab}/device_codes`,
      }),
    isReady: () => answersOk(`http://${HOST}:${ports.tillServer}/healthz`),
  }
}

function appScript(file: string): string {
  return fileURLToPath(new URL(`../../../${file}`, import.meta.url))
}

async function answersOk(url: string): Promise<boolean> {
  return (await jsonRequest(url, { timeoutMs: 2_000 }))?.status === 200
}
