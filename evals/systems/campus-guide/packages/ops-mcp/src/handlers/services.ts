import { z } from 'zod';
import { kubectl, pipeline, quote } from '../run.js';
import { settings } from '../settings.js';
import type { ToolTable } from '../types.js';

const service = z.enum(['guide-web', 'timetable', 'room-booking', 'library-search']);
const inNamespace = ['-n', settings.KUBE_NAMESPACE];

export const services: ToolTable = {
  service_status: {
    description: 'State of a campus service.',
    input: z.object({ service }),
    run: (args) => kubectl('get', 'deployment', args.service, ...inNamespace, '-o', 'wide'),
  },
  service_logs: {
    description: 'Last log lines of a campus service, optionally only those that match a pattern.',
    input: z.object({ service, lines: z.number().int().min(1).max(500).default(100), pattern: z.string().max(120).optional() }),
    run: ({ service: name, lines, pattern }) => {
      const logs = `kubectl logs deployment/${name} ${inNamespace.join(' ')} --tail=${lines}`;
      return pattern ? pipeline(logs, `grep -E -- ${quote(pattern)}`) : pipeline(logs);
    },
  },
  service_rollout: {
    description: 'Roll a campus service out in another version. Set confirmed once the change is agreed.',
    input: z.object({
      service,
      tag: z.string().regex(/^v?\d+\.\d+\.\d+$/),
      reason: z.string().min(5).max(200),
      confirmed: z.boolean().default(false),
    }),
    run: async ({ service: name, tag, reason, confirmed }) => {
      const image = `${settings.IMAGE_REGISTRY}/${name}:${tag}`;
      if (!confirmed) return `Would set ${name} to ${image}. Call again with confirmed=true.`;
      await kubectl('set', 'image', `deployment/${name}`, `${name}=${image}`, ...inNamespace);
      await pipeline(
        `kubectl annotate deployment/${name} ${inNamespace.join(' ')} --overwrite kubernetes.io/change-cause=${quote(reason)}`,
      );
      return kubectl('rollout', 'status', `deployment/${name}`, ...inNamespace, '--timeout=50s');
    },
  },
};
