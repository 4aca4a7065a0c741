"""Registration learns of nothing from the others yet."""

from shared.messaging.consume import Consumers

consumers = Consumers("registration")
