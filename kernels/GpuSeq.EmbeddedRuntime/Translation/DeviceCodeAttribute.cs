namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>
/// Gives a method a body in C, for instructions that C# has no words for: tensor cores, asynchronous copies. The body reads the
/// method's parameters by their names and returns its value; other accelerators run the method itself.
/// </summary>
/// <param name="dialect">The language of the body.</param>
/// <param name="body">What stands between the braces of the function.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class DeviceCodeAttribute(Dialect dialect, string body) : Attribute
{
    /// <summary>The language of the body.</summary>
    public Dialect Dialect { get; } = dialect;

    /// <summary>What stands between the braces of the function.</summary>
    public string Body { get; } = body;
}
