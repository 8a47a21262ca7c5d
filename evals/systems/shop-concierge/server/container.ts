import { AnswerBook } from './agent/answers';
import { Concierge } from './agent/concierge';
import { Llm } from './agent/llm';
import { SupplierLink } from './agent/suppliers';
import { Toolkit } from './agent/toolkit';
import { careTools } from './agent/tools/care';
import { catalogueTools } from './agent/tools/catalogue';
import { orderTools } from './agent/tools/orders';
import { refundTools } from './agent/tools/refunds';
import { ConversationRepository } from './data/conversations';
import { openDatabase } from './data/database';
import { OrderRepository } from './data/orders';
import { RefundRepository } from './data/refunds';
import { MemoryBook } from './memory/memory';
import { Meter } from './metering/meter';
import type { Settings } from './settings';
import { CommerceClient } from './common/commerce';
import { createLog } from './common/log';
import { Mailer } from './common/mailer';
import { ActiveModel } from './training/active-model';

export function createContainer(settings: Settings) {
  const log = createLog(settings.LOG_LEVEL);
  const { db, close } = openDatabase(settings.DATABASE_URL);
  const orders = new OrderRepository(db);
  const refunds = new RefundRepository(db);
  const conversations = new ConversationRepository(db);
  const commerce = new CommerceClient(settings);
  const activeModel = new ActiveModel(db, settings.CHAT_MODEL);
  const llm = new Llm(settings, activeModel);
  const memory = new MemoryBook(db, llm);
  const meter = new Meter(db, settings.MONTHLY_TOKENS);
  const suppliers = new SupplierLink(settings, log);
  const toolkit = new Toolkit(
    [
      ...orderTools(orders),
      ...refundTools({ llm, orders, refunds, commerce, autoCents: settings.AUTO_REFUND_CENTS }),
      ...careTools(commerce, new Mailer(settings.SMTP_URL, settings.MAIL_FROM)),
      ...catalogueTools(db, settings.SUPPLIER_DOMAINS),
    ],
    () => suppliers.tools(),
  );
  const answers = new AnswerBook(db);
  const concierge = new Concierge({ llm, toolkit, memory, answers, conversations, meter, log });
  return { settings, log, db, close, orders, refunds, conversations, commerce, activeModel, llm, memory, meter, answers, concierge };
}

export type Container = ReturnType<typeof createContainer>;
