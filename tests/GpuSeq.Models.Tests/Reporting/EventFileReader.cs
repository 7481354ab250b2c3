using System.Buffers.Binary;
using System.Text;

namespace GpuSeq.Models.Tests.Reporting;

/// <summary>A field of a protobuf message: bytes, or a number's bits.</summary>
internal sealed record Field(int Number, byte[] Bytes, ulong Bits)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public double Double => BitConverter.UInt64BitsToDouble(Bits);

    public float Single => BitConverter.UInt32BitsToSingle((uint)Bits);
}

/// <summary>Reads event files independently of what writes them: frames with a bitwise checksum, the wire format by hand.</summary>
internal static class EventFileReader
{
    public static List<byte[]> Records(ReadOnlySpan<byte> file)
    {
        var records = new List<byte[]>();
        while (file.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file[8..]), Is.EqualTo(Masked(Crc(file[..8]))), "checksum of a length");
            var data = file.Slice(12, length);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]), Is.EqualTo(Masked(Crc(data))), "checksum of data");
            records.Add(data.ToArray());
            file = file[(16 + length)..];
        }
        return records;
    }

    public static List<Field> Message(ReadOnlySpan<byte> data)
    {
        var fields = new List<Field>();
        while (data.Length > 0)
        {
            var key = Varint(ref data);
            var (number, type) = ((int)(key >> 3), (int)(key & 7));
            var bits = type is 0 or 2 ? Varint(ref data) : 0UL;
            var size = type switch { 0 => 0, 1 => 8, 2 => (int)bits, 5 => 4, _ => throw new InvalidDataException($"wire type {type}") };
            var bytes = data[..size].ToArray();
            bits = type switch { 1 => BitConverter.ToUInt64(bytes), 5 => BitConverter.ToUInt32(bytes), _ => bits };
            data = data[size..];
            fields.Add(new(number, bytes, bits));
        }
        return fields;
    }

    public static Field Single(this List<Field> message, int number) => message.Single(field => field.Number == number);

    // CRC-32C, the Castagnoli polynomial in reversed order, bit by bit.
    public static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    private static uint Masked(uint crc) => (crc >> 15 | crc << 17) + 0xa282ead8;

    private static ulong Varint(ref ReadOnlySpan<byte> data)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = data[0];
            data = data[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
