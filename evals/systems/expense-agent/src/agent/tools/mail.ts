import { tool } from 'ai';
import { z } from 'zod';
import { one } from '../../db.js';
import { sendMail } from '../../lib/mailer.js';

export function mailTools() {
  return {
    sendMail: tool({
      description: 'Sends a mail, with a receipt attached if wanted.',
      inputSchema: z.object({
        to: z.string(),
        subject: z.string(),
        text: z.string(),
        attachReceipt: z.number().int().optional(),
      }),
      execute: async ({ to, subject, text, attachReceipt }) => {
        const receipt = attachReceipt
          ? await one<{ file: Buffer; media_type: string }>('select file, media_type from receipts where id = $1', [
              attachReceipt,
            ])
          : undefined;
        await sendMail({
          to,
          subject,
          text,
          attachments: receipt && [{ filename: 'receipt', content: receipt.file, contentType: receipt.media_type }],
        });
        return { sent: true };
      },
    }),
  };
}
