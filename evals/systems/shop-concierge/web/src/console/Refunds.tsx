import { useEffect, useState } from 'react';

import { api, type PendingRefund } from '../api';

const euros = (cents: number) => `${(cents / 100).toFixed(2)} €`;

export function Refunds() {
  const [rows, setRows] = useState<PendingRefund[]>([]);
  const load = () => api.pendingRefunds().then(setRows);
  useEffect(() => void load(), []);

  async function decide(row: PendingRefund, decision: 'approve' | 'reject') {
    if (decision === 'approve' && !confirm(`Pay ${euros(row.refund.amountCents)} for ${row.orderNumber}?`)) return;
    await api.decide(row.refund.id, decision);
    await load();
  }

  return (
    <table>
      <tbody>
        {rows.map((row) => (
          <tr key={row.refund.id}>
            <td>{row.orderNumber}</td>
            <td>
              {euros(row.refund.amountCents)} of {euros(row.totalCents)}
            </td>
            <td>{row.refund.reason}</td>
            <td title={row.refund.riskNote}>{row.refund.riskScore.toFixed(2)}</td>
            <td>
              <button onClick={() => decide(row, 'approve')}>Approve</button>
              <button onClick={() => decide(row, 'reject')}>Reject</button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
