/** 1234.5 -> "1,234.50 EUR" */
export function euros(amount: number): string {
  return `${amount.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} EUR`;
}
