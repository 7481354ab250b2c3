using System.Text.Json;

namespace GpuSeq.Models;

/// <summary>A part of a JSON file that knows where it stands, so that a fault can name file and entry.</summary>
internal readonly record struct JsonPart
{
    private readonly JsonElement _element;
    private readonly string _path;
    private readonly string _entry;

    private JsonPart(JsonElement element, string path, string entry) => (_element, _path, _entry) = (element, path, entry);

    /// <summary>Whether there is nothing, or null.</summary>
    public bool IsMissing => _element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>Whether it is a list.</summary>
    public bool IsList => _element.ValueKind == JsonValueKind.Array;

    /// <summary>Its <c>type</c>, empty where it has none.</summary>
    public string Type => this["type"].Text ?? "";

    /// <summary>Its text, null where it is none.</summary>
    public string? Text => _element.ValueKind == JsonValueKind.String ? _element.GetString() : null;

    /// <summary>A part of it by name; missing where there is none.</summary>
    public JsonPart this[string name] => new(
        _element.ValueKind == JsonValueKind.Object && _element.TryGetProperty(name, out var part) ? part : default,
        _path, _entry.Length == 0 ? name : $"{_entry}.{name}");

    /// <summary>The parts of a list; none where it is not one.</summary>
    public IReadOnlyList<JsonPart> Items
    {
        get
        {
            if (!IsList)
                return [];
            var (path, entry) = (_path, _entry);
            return [.. _element.EnumerateArray().Select((item, index) => new JsonPart(item, path, $"{entry} {index + 1}"))];
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">It cannot be read, or is no JSON object.</exception>
    public static JsonPart Read(string path)
    {
        var element = JsonFile.Load<JsonDocument>(path, "a JSON object").RootElement;
        return element.ValueKind == JsonValueKind.Object
            ? new(element, path, "")
            : throw new DataException(path, "it is not a JSON object");
    }

    /// <summary>A switch by name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="missing">What it is where it is missing.</param>
    public bool Flag(string name, bool missing) => this[name] switch
    {
        { IsMissing: true } => missing,
        { _element.ValueKind: JsonValueKind.True } => true,
        { _element.ValueKind: JsonValueKind.False } => false,
        var part => throw part.Fault("is not true or false"),
    };

    /// <summary>It as something that JSON can spell.</summary>
    /// <exception cref="DataException">It is something else.</exception>
    public T As<T>(string what)
    {
        try
        {
            return _element.Deserialize<T>(JsonStyle.Options) ?? throw Fault($"is not {what}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Fault($"is not {what}");
        }
    }

    /// <summary>A fault of it, to be thrown.</summary>
    public DataException Fault(string reason) => new(_path, $"{_entry} {reason}");

    /// <summary>It as JSON.</summary>
    public override string ToString() => IsMissing ? "null" : _element.GetRawText();
}
