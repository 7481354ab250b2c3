using Google.Protobuf;

namespace GpuSeq.Models.Reporting.TensorBoard;

/// <summary>
/// The protobuf messages <c>Event</c>, <c>Summary</c> and what they are made of, as far as scalars and texts need them. Numbers of
/// fields are those of TensorBoard's <c>event.proto</c>, <c>summary.proto</c>, <c>tensor.proto</c> and <c>tensor_shape.proto</c>.
/// </summary>
internal static class EventMessage
{
    private const int StringType = 7; // DT_STRING of types.proto

    /// <summary>What a file begins with.</summary>
    public static byte[] Version(double wallTime) => Message(message =>
    {
        message.Double(1, wallTime);
        message.Text(3, "brain.Event:2");
    });

    /// <summary>A number under a name.</summary>
    public static byte[] Scalar(double wallTime, long step, string tag, float value) => Event(wallTime, step, Message(message =>
    {
        message.Text(1, tag);
        message.Float(2, value);
    }));

    /// <summary>A text under a name: a tensor of one string, marked for the text plug-in.</summary>
    public static byte[] Text(double wallTime, long step, string tag, string text) => Event(wallTime, step, Message(message =>
    {
        message.Text(1, tag);
        message.Bytes(8, Message(tensor =>
        {
            tensor.Int(1, StringType);
            tensor.Bytes(2, Message(shape => shape.Bytes(2, Message(dimension => dimension.Int(1, 1)))));
            tensor.Text(8, text);
        }));
        message.Bytes(9, Message(metadata => metadata.Bytes(1, Message(plugin => plugin.Text(1, "text")))));
    }));

    private static byte[] Event(double wallTime, long step, byte[] value) => Message(message =>
    {
        message.Double(1, wallTime);
        message.Int(2, step);
        message.Bytes(5, Message(summary => summary.Bytes(1, value)));
    });

    private static byte[] Message(Action<Fields> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            write(new(output));
        return stream.ToArray();
    }

    private readonly struct Fields(CodedOutputStream output)
    {
        public void Double(int field, double value)
        {
            output.WriteTag(field, WireFormat.WireType.Fixed64);
            output.WriteDouble(value);
        }

        public void Float(int field, float value)
        {
            output.WriteTag(field, WireFormat.WireType.Fixed32);
            output.WriteFloat(value);
        }

        public void Int(int field, long value)
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteInt64(value);
        }

        public void Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

        public void Bytes(int field, byte[] value)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
        }
    }
}
