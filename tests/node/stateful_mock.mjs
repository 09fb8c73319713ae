// stripe-stateful-mock on 127.0.0.1: node stateful_mock.mjs PORT
import mock from "stripe-stateful-mock";

mock.createExpressApp().listen(Number(process.argv[2]), "127.0.0.1");
