package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/** A shape as the encoder knows it in the group at hand, from its first payload on. */
final class KnownShape {
    final Shape shape;
    /** Null for payloads that are coded as a whole. */
    final @Nullable Trainer trainer;
    /** Whether payloads of this shape are log messages, which end with a text. */
    final boolean isMessage;

    /** Its newest definition, null as long as there is none. */
    @Nullable
    CodedShape coded;

    /** The id of the definition before the newest, 0 if there is none. */
    int parent;

    /** How many records hold the newest definition. */
    int copies;

    /** How many records hold a definition that needs no other one. */
    int wholeCopies;

    /** The track whose newest record the first one of another track is coded against. */
    @Nullable
    EncoderTrack model;

    KnownShape(Shape shape, @Nullable Trainer trainer) {
        this.shape = shape;
        this.trainer = trainer;
        this.isMessage = shape.slots() == 2 && shape.type(0) == Shape.SlotType.NANO_TIME;
    }

    /** The shape of payloads that are coded as a whole: it needs no definition. */
    static KnownShape whole() {
        KnownShape whole = new KnownShape(CodedShape.WHOLE.shape(), null);
        whole.coded = CodedShape.WHOLE;
        whole.copies = Encoder.COPIES;
        whole.wholeCopies = Encoder.COPIES;
        return whole;
    }

    /** How its numbers are predicted best, as far as is known. */
    Prediction prediction() {
        return trainer == null ? CodedShape.WHOLE.prediction() : trainer.prediction();
    }
}
