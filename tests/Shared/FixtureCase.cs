using System.Text.Json;

namespace GpuSeq.Tests;

/// <summary>One reference case: an entry of an <c>index.json</c> and the tensors it names.</summary>
public sealed class FixtureCase
{
    private static readonly JsonElement NoArguments = JsonDocument.Parse("{}").RootElement;

    private readonly string? _missing;
    private readonly string _folder = "";
    private readonly JsonElement _json;
    private readonly Lazy<FixtureTensors> _tensors;

    public FixtureCase(string folder, JsonElement json)
    {
        _folder = folder;
        _json = json;
        _tensors = new(() => FixtureTensors.Read(File));
    }

    /// <summary>Stands in where there is no case: whatever a test asks of it skips the test with this reason.</summary>
    public FixtureCase(string missing)
    {
        _missing = missing;
        _tensors = new(() => FixtureTensors.Read(File));
    }

    public string Name => _missing is null ? Text(_json, "case") : "none";

    /// <summary>The case's object in the index.</summary>
    public JsonElement Json
    {
        get
        {
            if (_missing is not null)
            {
                Assert.Ignore(_missing);
            }

            return _json;
        }
    }

    /// <summary>Full path of the safetensors file.</summary>
    public string File => Path.Combine(_folder, Text(Json, "file"));

    /// <summary>What was run: the module, optimizer or function, such as <c>nn.LSTM</c>; empty where the index names none.</summary>
    public string Module => Text(Json, "module", "optimizer", "function", "formula");

    /// <summary>The constructor's arguments; an empty object where there are none.</summary>
    public JsonElement Args => Json.TryGetProperty("args", out var args) ? args : NoArguments;

    /// <summary>The file's tensors, read once.</summary>
    public FixtureTensors Tensors => _tensors.Value;

    /// <summary>An argument of the constructor, or what holds where it is not given.</summary>
    public int Int(string name, int otherwise) => Args.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;

    /// <inheritdoc cref="Int"/>
    public double Number(string name, double otherwise) => Args.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    /// <inheritdoc cref="Int"/>
    public bool Flag(string name, bool otherwise) => Args.TryGetProperty(name, out var value) ? value.GetBoolean() : otherwise;

    /// <inheritdoc cref="Int"/>
    public string Text(string name, string otherwise) => Args.TryGetProperty(name, out var value) ? value.GetString()! : otherwise;

    public override string ToString() => Name;

    private static string Text(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.TryGetProperty(name, out var value))
            {
                return value.GetString()!;
            }
        }

        return "";
    }
}
