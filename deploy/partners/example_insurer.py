"""A complete insurer: hears that a contract was created, settles its first premium, and says so. See docs/partners.md.

BUS_URL=amqp://partner.brume:password@host:5672/%2F python example_insurer.py
"""

import json
import os
import uuid

import pika

PARAMETERS = pika.URLParameters(os.environ["BUS_URL"])
ACCOUNT = PARAMETERS.credentials.username  # partner.brume
NAME = ACCOUNT.removeprefix("partner.")


def settlement_of(contract):
    """Answer one event. The same event always gives the same answer, so that hearing it twice does no harm."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"settlement of {contract['id']}")),
        "source": f"/partner/{NAME}",
        "type": f"{ACCOUNT}.settlement.made.v1",
        "subject": contract["data"]["contract_id"],
        "time": contract["time"],
        "tenant": contract["tenant"],
        "data": {
            "reference": f"PREMIUM-1-{contract['data']['number']}",
            "contract_id": contract["data"]["contract_id"],
            "amount": contract["data"]["monthly"],
            "settled_on": contract["time"][:10],
        },
    }


def hear(channel, method, _properties, body):
    event = json.loads(body)
    if event["type"] == "quoting.contract.created.v1":  # whatever else comes is acknowledged unread
        answer = settlement_of(event)
        channel.basic_publish(  # returns when the broker has it: only then is the event acknowledged
            "parapluie.partners",
            answer["type"],
            json.dumps(answer).encode(),
            pika.BasicProperties(
                "application/cloudevents+json", delivery_mode=2, message_id=answer["id"], user_id=ACCOUNT
            ),
        )
        print(f"settled {answer['data']['amount']} for {answer['subject']}", flush=True)
    channel.basic_ack(method.delivery_tag)


with pika.BlockingConnection(PARAMETERS) as connection:
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=20)
    channel.basic_consume(f"{ACCOUNT}.inbox", hear)
    channel.start_consuming()
