using System.Reflection;
using System.Text;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>A method as a C function, for arguments in given spaces.</summary>
internal sealed class Function
{
    public required string Name { get; init; }

    public required CType ReturnType { get; init; }

    /// <summary>The types of the arguments after the call: what the method stored through pointers shows in them.</summary>
    public required IReadOnlyList<CType> Arguments { get; init; }

    public required string Text { get; init; }

    public required IReadOnlyList<Function> Callees { get; init; }

    /// <summary>Whether it takes the team as its first argument: it, or what it calls, shares memory or values between lanes.</summary>
    public required bool NeedsTeam { get; init; }

    /// <summary>Whether it, or what it calls, reads values of other lanes.</summary>
    public required bool Exchanges { get; init; }

    public required bool UsesDynamic { get; init; }

    /// <summary>Bytes of shared memory, those of what it calls included.</summary>
    public required int SharedBytes { get; init; }
}

/// <summary>The functions and types of one kernel's translation.</summary>
internal sealed class KernelProgram(MethodInfo kernel, TranslationOptions options)
{
    private readonly Dictionary<string, Function> _functions = [];
    private readonly HashSet<MethodBase> _inProgress = [];
    private readonly Dictionary<string, string> _helpers = [];

    public TranslationOptions Options { get; } = options;

    public TypeWriter Types { get; } = new(options.Dialect);

    /// <summary>Translates a method for arguments of given types, once.</summary>
    public Function FunctionFor(MethodBase method, IReadOnlyList<CType> arguments, MethodBase caller, int offset)
    {
        var key = $"{method.Module.ModuleVersionId}:{Describe(method)}({string.Join(',', arguments)})";
        if (_functions.TryGetValue(key, out var function))
            return function;
        if (!_inProgress.Add(method))
            throw Error(caller, offset, $"{KernelApi.Name(method)} calls itself");
        try
        {
            return _functions[key] = new MethodTranslator(this, method, arguments).Translate();
        }
        finally
        {
            _inProgress.Remove(method);
        }
    }

    /// <summary>A helper function that is written once for each type.</summary>
    public string Helper(string name, Func<string, string> text)
    {
        if (!_helpers.ContainsKey(name))
            _helpers[name] = text(name);
        return name;
    }

    public TranslationException Error(MethodBase method, int offset, string reason) => new(kernel, method, offset, reason);

    /// <summary>The whole program.</summary>
    public TranslatedKernel Write(bool isExplicit)
    {
        var parameters = kernel.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        foreach (var parameter in kernel.GetParameters())
        {
            if (parameter.ParameterType.HasElementType || !parameter.ParameterType.IsValueType)
                throw Error(kernel, -1, $"parameter {parameter.Name} of type {parameter.ParameterType.Name} is no value");
            CheckParameter(parameter.ParameterType, parameter.Name!);
        }
        var function = FunctionFor(kernel, [.. parameters.Select(type => CType.All(type, Space.Global))], kernel, -1);
        var name = Types.Unique($"kernel_{kernel.DeclaringType?.Name}_{kernel.Name}");
        var entry = new KernelEntry(this, kernel, function, isExplicit).Write(name);
        var source = new StringBuilder($"// {kernel.DeclaringType?.FullName}.{kernel.Name}, translated from IL.\n\n");
        source.Append(Prelude.Of(Options));
        source.Append(Types.Definitions).Append('\n');
        foreach (var helper in _helpers.Values)
            source.Append(helper);
        foreach (var reached in Reached(function, []))
            source.Append(reached.Text).Append('\n');
        source.Append(entry);
        return new(kernel, isExplicit, name, source.ToString(), function.UsesDynamic);
    }

    private void CheckParameter(Type type, string name)
    {
        if (type.IsPrimitive || type.IsEnum)
            return;
        if (ArgumentLeaf.IsViewType(type))
        {
            var element = type.GetGenericArguments()[0];
            if (!CType.LiesAsInC(element))
                throw Error(kernel, -1, $"parameter {name}: C lays the fields of {element.Name} out differently");
            return;
        }
        if (TypeWriter.FixedLength(type) > 0)
            throw Error(kernel, -1, $"parameter {name} holds a fixed buffer");
        if (type.IsExplicitLayout)
            throw Error(kernel, -1, $"parameter {name}: fields of {type.Name} may overlap");
        foreach (var field in ArgumentLeaf.FieldsOf(type))
            CheckParameter(field.FieldType, name);
    }

    private static IEnumerable<Function> Reached(Function function, HashSet<Function> seen) => !seen.Add(function)
        ? []
        : function.Callees.SelectMany(callee => Reached(callee, seen)).ToList().Append(function);

    private static string Describe(MethodBase method) => $"{method.DeclaringType}::{method}" +
        (method.IsGenericMethod ? $"<{string.Join(',', method.GetGenericArguments().Select(type => type.ToString()))}>" : "");
}
