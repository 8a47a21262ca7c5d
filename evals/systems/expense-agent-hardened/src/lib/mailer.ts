import nodemailer from 'nodemailer';
import { config } from '../config.js';

const transport = nodemailer.createTransport(config.smtpUrl);

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export async function sendMail(mail: Mail): Promise<void> {
  await transport.sendMail({ from: config.mailFrom, ...mail });
}
