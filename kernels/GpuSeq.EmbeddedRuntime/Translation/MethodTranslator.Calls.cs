using System.Reflection;
using System.Text;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <content>Calls: of what the device has itself, of what is translated too, and of what is given in C.</content>
internal sealed partial class MethodTranslator
{
    private void Call(MethodBase method, Type? constraint)
    {
        var arguments = Pop(MethodIL.ArgumentsOf(method).Count);
        if (constraint is not null)
        {
            method = MethodIL.ResolveConstrained(constraint, (MethodInfo)method)
                ?? throw Error($"{constraint.Name} has no {method.Name} of its own");
        }
        else if (method.IsAbstract || method.IsVirtual && !method.IsFinal && method.DeclaringType is { IsValueType: false })
        {
            throw Error($"the target of the call of {KernelApi.Name(method)} is known only when it is made");
        }
        if (method is MethodInfo called)
        {
            if (TryIntrinsic(called, [.. arguments.Zip(MethodIL.ArgumentsOf(method), AsParameter)]))
                return;
            if (called.GetCustomAttributes<DeviceCodeAttribute>().ToList() is { Count: > 0 } bodies)
            {
                CallDeviceCode(called, bodies, arguments);
                return;
            }
        }
        if (!KernelApi.IsRuntime(method) && KernelApi.IsFramework(method) && !KernelApi.IsReadableFramework(method))
            throw Error($"devices have no {KernelApi.Name(method)}");
        var function = Invoke(method, arguments, out var call);
        Effect(function.ReturnType, call);
    }

    // Translates a method for these arguments, writes its call, and takes over what it stores through its pointers.
    private Function Invoke(MethodBase method, Value[] arguments, out string call)
    {
        var parameters = MethodIL.ArgumentsOf(method);
        var types = new CType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = ParameterType(arguments[i], parameters[i]);
        var function = _program.FunctionFor(method, types, _method, _offset);
        _callees.Add(function);
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i].IsPointer)
                JoinRoot(arguments[i].Root, function.Arguments[i].Target);
        }
        var text = new StringBuilder(function.Name).Append('(');
        if (function.NeedsTeam)
        {
            // Each call has shared memory of its own, as if the method stood here.
            text.Append(function.SharedBytes > 0 && _sharedBytes > 0 ? $"team_at(team, {_sharedBytes})" : "team");
            text.Append(arguments.Length > 0 ? ", " : "");
            _needsTeam = true;
            _exchanges |= function.Exchanges;
            _usesDynamic |= function.UsesDynamic;
            _sharedBytes += function.SharedBytes;
        }
        text.AppendJoin(", ", arguments.Select((value, i) => Cast(value, function.Arguments[i]))).Append(')');
        call = text.ToString();
        return function;
    }

    // Numbers as the parameter has them: signed or not.
    private Value AsParameter(Value value, Type parameter) => parameter.IsPrimitive && value.Type.Type.IsPrimitive
        ? value with { Type = new(parameter), Text = Cast(value, new(parameter)) }
        : value;

    private static CType ParameterType(Value value, Type parameter)
    {
        if (!parameter.HasElementType)
            return value.Type.Spaces.Length > 0 ? value.Type.As(parameter) : new(parameter);
        return value.Type.IsPointer ? value.Type.As(parameter) : new(parameter);
    }

    // A call happens now, whatever becomes of its value.
    private void Effect(CType type, string call)
    {
        if (type.Type == typeof(void))
        {
            _text.Append($"    {call};\n");
            return;
        }
        Push(Keep(new Value(type, call) { Reads = new HashSet<string> { "" } }));
    }

    private void CallDeviceCode(MethodInfo method, List<DeviceCodeAttribute> bodies, Value[] arguments)
    {
        var dialect = _program.Options.Dialect;
        var body = bodies.Find(code => code.Dialect == dialect)?.Body
            ?? throw Error($"{KernelApi.Name(method)} is not given for {dialect}");
        var types = arguments.Select((value, i) => ParameterType(value, MethodIL.ArgumentsOf(method)[i])).ToArray();
        var parameters = method.GetParameters().Select((parameter, i) => $"{TypeName(types[i])} {parameter.Name}");
        var signature = string.Join(", ", parameters);
        var result = new CType(method.ReturnType);
        var name = _program.Helper(
            $"{method.DeclaringType!.Name}_{method.Name}_{StableNumber(method.ToString() + signature)}",
            name => $"FUNCTION {TypeName(result)} {name}({signature})\n{{\n{body}\n}}\n\n");
        Effect(result, $"{name}({string.Join(", ", arguments.Select((value, i) => Cast(value, types[i])))})");
    }

    private static uint StableNumber(string text) => text.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u);
}
