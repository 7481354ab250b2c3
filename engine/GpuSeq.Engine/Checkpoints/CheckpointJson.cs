using System.Text.Json;
using System.Text.Unicode;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// Reads one JSON object of a checkpoint, token by token. The text may be hostile: whatever is wrong with it ends in a
/// <see cref="CheckpointException"/> that names the file, and nothing is allocated beyond what the reader asks for.
/// </summary>
internal ref struct CheckpointJson
{
    private readonly string _file;
    private readonly string _part;
    private Utf8JsonReader _reader;

    /// <summary>A reader that has just entered the object.</summary>
    /// <param name="file">The path, for messages.</param>
    /// <param name="part">What the JSON is of the file, for messages: <c>the header</c>.</param>
    /// <param name="json">The text, in UTF-8.</param>
    internal CheckpointJson(string file, string part, ReadOnlySpan<byte> json)
    {
        (_file, _part) = (file, part);
        if (json.IsEmpty || json[0] != '{')
        {
            throw new CheckpointException(file, $"{part} does not begin with '{{'");
        }

        if (!Utf8.IsValid(json))
        {
            throw new CheckpointException(file, $"{part} is not valid UTF-8");
        }

        _reader = new Utf8JsonReader(json);
        Read();
    }

    internal readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Goes on to the next token.</summary>
    internal void Read()
    {
        try
        {
            _reader.Read();
        }
        catch (JsonException e)
        {
            throw NotJson(e);
        }
    }

    /// <summary>Goes over the value that follows, however deep it is.</summary>
    internal void Skip()
    {
        try
        {
            _reader.Skip();
        }
        catch (JsonException e)
        {
            throw NotJson(e);
        }
    }

    /// <summary>Goes on to the next name of the object, or out of it.</summary>
    /// <returns>Whether there was a name.</returns>
    internal bool NextName(out string name)
    {
        Read();
        var found = Token == JsonTokenType.PropertyName;
        name = found ? Text() : "";
        return found;
    }

    /// <summary>The name or string that the reader is at.</summary>
    internal readonly string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws on an escape that is half a surrogate pair.
            throw new CheckpointException(_file, $"{_part} holds text that is not valid Unicode", e);
        }
    }

    /// <summary>The value that follows, as text: a string as it is, a number or a truth value as it is written.</summary>
    /// <returns>Null for anything else.</returns>
    internal string? NextScalar()
    {
        Read();
        if (Token == JsonTokenType.String)
        {
            return Text();
        }

        if (Token is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
        {
            return System.Text.Encoding.UTF8.GetString(_reader.ValueSpan);
        }

        Skip();
        return null;
    }

    /// <summary>The array of whole numbers from 0 on that follows.</summary>
    internal List<long> NextNumbers(string name, string field, int most)
    {
        var numbers = new List<long>();
        NextIs(JsonTokenType.StartArray, name, $"{field} is not an array");
        for (Read(); Token != JsonTokenType.EndArray; Read())
        {
            long number = 0;
            Require(Token == JsonTokenType.Number && _reader.TryGetInt64(out number) && number >= 0, name,
                $"{field} holds what is not a whole number from 0 on");
            Require(numbers.Count < most, name, $"{field} holds more than {most} numbers");
            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>Goes on to the next token, which is of the given kind.</summary>
    internal void NextIs(JsonTokenType token, string name, string fault)
    {
        Read();
        Require(Token == token, name, fault);
    }

    /// <summary>Refuses the file where a rule of one of its names is broken.</summary>
    internal readonly void Require(bool condition, string name, string fault)
    {
        if (!condition)
        {
            throw new CheckpointException(_file, name, fault);
        }
    }

    private readonly CheckpointException NotJson(JsonException e) => new(_file, $"{_part} is not valid JSON: {e.Message}", e);
}
